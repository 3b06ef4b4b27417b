#!/bin/sh
# Usage: command.sh URL URL
set -eu
A=$1
B=$2
# region readme
mcp-pool tools --endpoint "$A" --endpoint "$B"
mcp-pool call echo '{"text": "hello"}' --endpoint "$A" --endpoint "$B" --timeout 30s
mcp-pool call add '{"a": 1, "b": 2}' --endpoint "$A" --json
# endregion
