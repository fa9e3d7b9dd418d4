/** The stack that `npm start` runs. */
export const localStack = "local";
