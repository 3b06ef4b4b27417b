#!/usr/bin/env node
// Committed, and not in dist: npm links a bin at install time, before anything is built.
import '../dist/cli.js'
