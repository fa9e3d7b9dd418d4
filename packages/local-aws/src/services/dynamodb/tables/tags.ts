/** Tags of tables. */

import { tagList, tagMap, withoutTags } from "../../../kit/tags.ts";
import type { Engine } from "../engine.ts";
import { AwsError, invalid, invalidParameter } from "../errors.ts";
import type { Table } from "./table.ts";

export interface Tag {
  Key: string;
  Value: string;
}

const most = 50;

/** @throws AwsError `ValidationException` */
export function checkTags(tags: Tag[]): void {
  const keys = tags.map(({ Key }) => Key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw invalidParameter(`Duplicate tag key: ${twice}`);
  const own = keys.find((key) => key.toLowerCase().startsWith("aws:"));
  if (own !== undefined) throw invalidParameter(`Tag keys cannot start with the reserved prefix aws:, as ${own} does`);
  if (keys.length > most) throw invalid(`The number of tags exceeds the maximum allowed: ${most}`);
}

export function tagResource(engine: Engine, { ResourceArn, Tags }: { ResourceArn: string; Tags: Tag[] }): object {
  const table = tagged(engine, ResourceArn);
  checkTags(Tags);
  const tags = { ...table.definition.tags, ...tagMap(Tags) };
  if (Object.keys(tags).length > most) throw invalid(`The number of tags exceeds the maximum allowed: ${most}`);
  engine.tables.save(table, { ...table.definition, tags });
  return {};
}

export function untagResource(engine: Engine, input: { ResourceArn: string; TagKeys: string[] }): object {
  const table = tagged(engine, input.ResourceArn);
  const tags = withoutTags(table.definition.tags, input.TagKeys);
  engine.tables.save(table, { ...table.definition, tags });
  return {};
}

export function listTags(engine: Engine, { ResourceArn }: { ResourceArn: string }): { Tags: Tag[] } {
  return { Tags: tagList(tagged(engine, ResourceArn).definition.tags) };
}

function tagged({ tables, around }: Engine, arn: string): Table {
  if (!arn.startsWith("arn:")) throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const table = tables.find(arn);
  if (table && around.names.table(table.name) === arn) return table;
  throw new AwsError("ResourceNotFoundException", `Requested resource not found: ResourceArn: ${arn} not found`, 400);
}
