import { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import type { Doomed } from "./stack.ts";

/** What has the stack's tags still, in its region: ARNs. A key waits for its deletion for a month, and is among them. */
export async function leftovers({ client, resources }: Pick<Doomed, "client" | "resources">): Promise<string[]> {
  const tags = resources.map(({ outputs }) => outputs.tagsAll).find((found) => isStackTags(found));
  if (!tags) return [];
  const api = new ResourceGroupsTaggingAPI(client);
  const found: string[] = [];
  for (let PaginationToken = ""; ; ) {
    const page = await api.getResources({
      TagFilters: ["project", "stack"].map((Key) => ({ Key, Values: [String(tags[Key])] })),
      ...(PaginationToken && { PaginationToken }),
    });
    found.push(...(page.ResourceTagMappingList ?? []).flatMap(({ ResourceARN }) => ResourceARN ?? []));
    PaginationToken = page.PaginationToken ?? "";
    if (!PaginationToken) return found.sort();
  }
}

const isStackTags = (tags: unknown): tags is Record<string, string> =>
  typeof tags === "object" && tags !== null && "project" in tags && "stack" in tags;
