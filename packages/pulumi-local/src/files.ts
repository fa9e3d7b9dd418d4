/** Names of what a state folder holds for others than the platform itself. */

/** Where the platform is. */
export const endpointFile = "endpoint.json";
/** What the program exports. */
export const outputsFile = "outputs.json";
