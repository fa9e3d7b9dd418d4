/** ARNs of tables and of what belongs to them. */

/** A table's name, given as such or as its ARN (or that of its index or stream). */
export function tableOf(nameOrArn: string): string {
  if (!nameOrArn.startsWith("arn:")) return nameOrArn;
  return nameOrArn.split("/")[1] ?? nameOrArn;
}

/** A shard iterator begins with its stream, as AWS's does. */
export const streamOf = (iterator: string): string | undefined =>
  iterator.startsWith("arn:") ? iterator.split("|")[0] : undefined;

export class Names {
  readonly #prefix: string;

  constructor(region: string, accountId: string) {
    this.#prefix = `arn:aws:dynamodb:${region}:${accountId}:table/`;
  }

  table(name: string): string {
    return `${this.#prefix}${name}`;
  }
}
