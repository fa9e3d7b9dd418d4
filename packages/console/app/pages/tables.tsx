/** Tables: their items, to be searched, edited, added and deleted. */
import type { Output } from "local-aws/service";
import { useState } from "preact/hooks";
import { all, call } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { bytesText, matches, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Button, Empty, Facts, Failure, Field, Json, Waiting } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { type Item, keyOf, plain } from "./tables/item.ts";
import { ItemForm } from "./tables/itemForm.tsx";

export default definePage({ path: "tables", title: "Tables", group: "Resources", view: Tables });

/** How many items are read at most: more are found by the AWS CLI. */
const most = 5_000;

function Tables({ rest: [chosen], query }: PageProps) {
  const names = useData(
    (signal) =>
      all(
        (ExclusiveStartTableName) =>
          call("dynamodb", "ListTables", ExclusiveStartTableName ? { ExclusiveStartTableName } : {}, signal),
        ({ TableNames }) => TableNames,
        ({ LastEvaluatedTableName }) => LastEvaluatedTableName,
      ),
    [],
    { every: 10_000 },
  );
  if (!names.value) return names.error ? <Failure error={names.error} /> : <Waiting />;
  const table = query.get("table") ?? names.value[0];
  if (table === undefined) return <Empty>There is no table.</Empty>;
  return <TableView key={table} name={table} names={names.value} {...(chosen !== undefined && { chosen })} />;
}

function TableView({ name, names, chosen }: { name: string; names: string[]; chosen?: string }) {
  const [search, setSearch] = useState("");
  const table = useData(
    async (signal) => (await call("dynamodb", "DescribeTable", { TableName: name }, signal)).Table,
    [name],
    {
      every: 10_000,
    },
  );
  const { value, error, reload } = useData(
    (signal) =>
      all(
        (next) =>
          call(
            "dynamodb",
            "Scan",
            { TableName: name, Limit: 1_000, ...(next && { ExclusiveStartKey: JSON.parse(next) }) },
            signal,
          ),
        ({ Items }) => Items as Item[] | undefined,
        ({ LastEvaluatedKey }) => LastEvaluatedKey && JSON.stringify(LastEvaluatedKey),
        most,
      ),
    [name],
    { every: 4_000 },
  );
  const keys = keyNames(table.value);
  const items = (value ?? []).filter((item) => matches(search, JSON.stringify(plain(item))));
  const item = value?.find((one) => keyOf(one, keys) === chosen);
  const state = { table: name };
  const isNew = chosen === "new";
  const close = () => {
    reload();
    go(["tables"], state);
  };
  return (
    <Split
      back={hrefOf(["tables"], state)}
      title={isNew ? `New item of ${name}` : chosen}
      detail={
        isNew ? (
          <ItemForm
            table={name}
            item={Object.fromEntries(keys.map((key) => [key, { S: "" }]))}
            keys={[]}
            onDone={close}
          />
        ) : (
          item && (
            <>
              <Json label="Item" of={plain(item)} />
              <details>
                <summary>Edit or delete it</summary>
                <ItemForm key={chosen} table={name} item={item} keys={keys} onDone={close} />
              </details>
            </>
          )
        )
      }
      list={
        <>
          <div class="bar">
            <Field
              label="Table"
              value={name}
              onInput={(other) => go(["tables"], { table: other })}
              choices={Object.fromEntries(names.map((one) => [one, one]))}
            />
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="words of an item" />
            <Button onPress={() => go(["tables", "new"], state)}>Add …</Button>
            <span class="count" role="status">
              {plural(items.length, "item")}
              {value && value.length >= most && ", the first ones"}
            </span>
          </div>
          {error && <Failure error={error} />}
          <Facts
            of={{
              Keys: keys.join(", "),
              Indexes: table.value?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName).join(", "),
              Size: bytesText(table.value?.TableSizeBytes),
              Stream: table.value?.StreamSpecification?.StreamViewType?.toLowerCase().replaceAll("_", " "),
            }}
          />
          <List
            label={`Items of ${name}`}
            items={items}
            id={(one) => keyOf(one, keys)}
            {...(chosen !== undefined && { chosen })}
            onChoose={(one) => go(["tables", keyOf(one, keys)], state)}
            empty={value ? "There is none like that." : "Reading …"}
            columns={[
              {
                title: keys.join(" · ") || "Key",
                width: "minmax(9em, 1fr)",
                cell: (one) => <span class="mono">{keyOf(one, keys)}</span>,
              },
              {
                title: "Item",
                width: "2.4fr",
                cell: (one) => <span class="mono soft">{rest(one, keys)}</span>,
                wide: true,
              },
            ]}
          />
        </>
      }
    />
  );
}

const keyNames = (table: Output<"dynamodb", "DescribeTable">["Table"]): string[] =>
  (table?.KeySchema ?? []).map(({ AttributeName = "" }) => AttributeName);

const rest = (item: Item, keys: string[]): string =>
  JSON.stringify(Object.fromEntries(Object.entries(plain(item)).filter(([name]) => !keys.includes(name))));
