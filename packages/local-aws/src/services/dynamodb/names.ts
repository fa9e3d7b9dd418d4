/**
 * ARNs, and how they differ between AWS and the engine: the engine has a region of its own, and labels a stream by
 * seconds and nanoseconds where AWS has a time of day.
 */

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

  /** An answer of the engine with the account's own ARNs in it. */
  own(text: string): string {
    return text
      .replace(/arn:aws:dynamodb:[a-z0-9-]+:\d*:table\//g, this.#prefix)
      .replace(
        /(\/stream\/|"(?:Latest)?StreamLabel":")(\d{10})\.(\d{3})\d{6}(?=[|"])/g,
        (_, before, seconds, millis) => {
          const label = new Date(Number(seconds) * 1000 + Number(millis)).toISOString().slice(0, -1);
          return `${before}${label}`;
        },
      );
  }
}

/** Sequence numbers have at least 21 digits: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html */
export const ownSequence = (sequence: string): string => sequence.padStart(21, "0");
export const engineSequence = (sequence: string): string => sequence.replace(/^0+(?=\d)/, "");
