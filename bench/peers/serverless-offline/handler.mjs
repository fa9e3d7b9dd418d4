export const handler = async (event) => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({
    message: "Whoop whoop! This is the sound of the Python",
    version: "v1",
    location: event.requestContext.identity.sourceIp,
  }),
});
