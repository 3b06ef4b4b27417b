/** The request names something that is not there; each era's binding answers it as JSON-RPC error -32602. */
export class InvalidParams extends Error {
  override readonly name = 'InvalidParams'
}
