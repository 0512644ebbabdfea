// A value without a statusCode becomes the body of a 200, as payload format 2.0 has it.
exports.handler = async (event) => JSON.stringify(event)
