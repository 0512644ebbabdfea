// GET /hello/{name}: works behind a REST API (event 1.0) and an HTTP API (event 2.0) alike.
export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    message: `${process.env.GREETING}, ${decodeURIComponent(event.pathParameters.name)}!`,
    version: event.version ?? '1.0',
  }),
})
