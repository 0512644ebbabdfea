/** What an OpenAPI document of API Gateway calls a method that answers every verb. */
export const ANY_METHOD = 'x-amazon-apigateway-any-method'

export const methodOf = (method: string): string => {
  const lower = method.toLowerCase()
  return lower === 'any' ? ANY_METHOD : lower
}
