/** Operations on one entity of IAM: a role, a user, a policy, a provider. */
import { noSuchEntity } from "../../authorization/limits.ts";
import type { OperationOf } from "../../operations.ts";
import type { Input, OperationName, Output } from "../../sdks.ts";
import type { Access, Call } from "../../service.ts";

type Name = OperationName<"iam">;

/** Wraps an operation on one entity, which is its resource. */
export type On<Entity> = <Of extends Name>(
  action: Of,
  run: (entity: Entity, input: Input<"iam", Of>) => Output<"iam", Of>,
) => OperationOf<"iam", Of>;

/** Wraps an operation that changes an entity in place; it is kept afterwards, and the answer is empty by default. */
export type Change<Entity> = <Of extends Name>(
  action: Of,
  apply: (entity: Entity, input: Input<"iam", Of>) => Output<"iam", Of> | undefined,
) => OperationOf<"iam", Of>;

/** What a caller needs who renames or moves an entity: the right to what it is, and to what it becomes. */
export const renaming = (action: string, before: string, after: string): Access[] =>
  [...new Set([before, after])].map((resource) => ({ action, resource }));

export interface Kind<Entity, Named> {
  /** The name, or ARN, under which an input means an entity. */
  nameOf(input: Named, call: Call): string;
  get(name: string): Entity | undefined;
  /** Also for a missing entity: a caller without permission must not learn that it is missing. */
  arnOf(name: string): string;
  put(entity: Entity): void;
  /** Throws for one that nobody may change. */
  checkOwn?(entity: Entity): void;
  /** The error message for a missing entity. */
  missing(name: string): string;
}

/** @returns wrappers whose operations throw AwsError `NoSuchEntity` for an entity that is not there. */
export function entityOperations<Entity, Named>({ nameOf, get, arnOf, put, checkOwn, missing }: Kind<Entity, Named>) {
  const find = (name: string): Entity => {
    const found = get(name);
    if (!found) throw noSuchEntity(missing(name));
    return found;
  };
  const on: On<Entity> = (action, run) => ({
    access: (input, call) => [{ action: `iam:${action}`, resource: arnOf(nameOf(input as Named, call)) }],
    run: (input, call) => run(find(nameOf(input as Named, call)), input),
  });
  const change: Change<Entity> = (action, apply) =>
    on(action, (entity, input) => {
      checkOwn?.(entity);
      const output = apply(entity, input);
      put(entity);
      return output ?? ({} as NonNullable<typeof output>);
    });
  return { on, change };
}
