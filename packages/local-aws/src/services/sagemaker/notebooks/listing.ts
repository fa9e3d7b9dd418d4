import { page } from "../../../kit/page.ts";
import { invalid } from "../names.ts";
import { checkRange } from "./input.ts";

/** Filters and orders of SageMaker's lists. */
export interface Listing {
  NextToken?: string;
  /** Default 10, at most 100. */
  MaxResults?: number;
  SortBy?: "Name" | "CreationTime" | "LastModifiedTime" | "Status";
  SortOrder?: "Ascending" | "Descending";
  NameContains?: string;
  CreationTimeBefore?: Date;
  CreationTimeAfter?: Date;
  LastModifiedTimeBefore?: Date;
  LastModifiedTimeAfter?: Date;
}

interface Listed {
  name: string;
  status?: string;
  created: number;
  modified: number;
}

/** @throws AwsError `ValidationException` for an invalid token or page size. */
export function listed<T extends Listed>(all: T[], input: Listing) {
  checkRange("maxResults", input.MaxResults, 1, 100);
  const text = input.NameContains?.toLowerCase() ?? "";
  const within = (at: number, after: Date | undefined, before: Date | undefined) =>
    (!after || at > after.getTime()) && (!before || at < before.getTime());
  const found = all.filter(
    (one) =>
      one.name.toLowerCase().includes(text) &&
      within(one.created, input.CreationTimeAfter, input.CreationTimeBefore) &&
      within(one.modified, input.LastModifiedTimeAfter, input.LastModifiedTimeBefore),
  );
  const keys = {
    Name: ({ name }: T) => [name],
    CreationTime: ({ created, name }: T) => [created, name],
    LastModifiedTime: ({ modified, name }: T) => [modified, name],
    Status: ({ status = "", name }: T) => [status, name],
  };
  return page(found, input, keys[input.SortBy ?? "Name"] ?? keys.Name, {
    size: 10,
    descending: input.SortOrder === "Descending",
    invalid: () => invalid("Invalid pagination token."),
  });
}
