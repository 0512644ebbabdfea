// AWS's own limits. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html

/** Request and response payload of REST and HTTP APIs, bytes. */
export const PAYLOAD_BYTES_MAX = 10 * 1024 * 1024
/** Request line and headers of an HTTP API, bytes. */
export const HTTP_API_HEADER_BYTES_MAX = 10_240
/** All header values of a REST API request, bytes (regional). */
export const REST_API_HEADER_BYTES_MAX = 20_480
/** Method ARN of a REST API request, bytes; a longer one is 414. */
export const METHOD_ARN_BYTES_MAX = 1_600
export const REST_INTEGRATION_TIMEOUT_MS_MAX = 29_000
export const HTTP_INTEGRATION_TIMEOUT_MS_MAX = 30_000
/** Synchronous Lambda payload, bytes, each way. */
export const FUNCTION_PAYLOAD_BYTES_MAX = 6 * 1024 * 1024
/** An imported API definition, bytes. */
export const DEFINITION_BYTES_MAX = 6 * 1024 * 1024
/** Requests per second and burst of an account in most regions. */
export const ACCOUNT_RATE = 10_000
export const ACCOUNT_BURST = 5_000
/** Characters of an API key's value. */
export const API_KEY_LENGTH_MAX = 128
