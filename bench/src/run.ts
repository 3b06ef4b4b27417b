// Runs one benchmark by name: npm run bench -- NAME [--smoke]
process.stderr.write('Usage: npm run bench -- NAME [--smoke]\n')
process.exit(2)
