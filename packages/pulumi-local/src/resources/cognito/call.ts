/** Calls an operation of the service. */
export type Call = <Answer = unknown>(operation: string, input: object) => Promise<Answer>;

export const docs = (name: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/cognito/${name}/`;
