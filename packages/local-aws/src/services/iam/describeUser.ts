/** Users in answers. */
import type { User } from "../../authorization/directory.ts";
import { tagList } from "../../kit/tags.ts";
import { describeBoundary } from "./boundary.ts";

/** With boundary and tags. */
export const describeUser = (user: User) => ({
  ...listedUser(user),
  ...describeBoundary(user),
  ...(Object.keys(user.tags).length > 0 && { Tags: tagList(user.tags) }),
});

/** As lists show it: without boundary and tags. */
export const listedUser = ({ Path, UserName, UserId, Arn, CreateDate }: User) => ({
  Path,
  UserName,
  UserId,
  Arn,
  CreateDate: new Date(CreateDate),
});
