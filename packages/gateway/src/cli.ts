process.stderr.write('Usage: mcp-pool serve CONFIG | mcp-pool demo\n')
process.exit(2)
