import type { User } from "../../authorization/directory.ts";
import type { Operation } from "../../service.ts";

export interface OfUser {
  UserName: string;
}

/** Wraps an operation on one user, which is its resource. */
export type OnUser = <Input extends Partial<OfUser>>(
  action: string,
  run: (user: User, input: Input) => unknown,
) => Operation<Input>;
