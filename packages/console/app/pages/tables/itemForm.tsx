/** Edits an item as DynamoDB writes it: with the type of each value. */
import { decode, encode } from "local-aws/console";
import { useState } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { pretty } from "../../lib/text.ts";
import { Button, Field } from "../../ui/parts.tsx";
import type { Item } from "./item.ts";

export interface ItemFormProps {
  table: string;
  item: Item;
  /** Names of its key's attributes; none: it is a new one. */
  keys: string[];
  onDone(): void;
}

export function ItemForm({ table, item, keys, onDone }: ItemFormProps) {
  const [text, setText] = useState(pretty(encode(item)));
  const isNew = keys.length === 0;
  const save = async () => {
    const ConditionExpression = isNew ? { ConditionExpression: `attribute_not_exists(#key)` } : {};
    const names = isNew ? { ExpressionAttributeNames: { "#key": Object.keys(item)[0] as string } } : {};
    await call("dynamodb", "PutItem", {
      TableName: table,
      Item: decode(text) as never,
      ...ConditionExpression,
      ...names,
    });
    onDone();
  };
  const remove = async () => {
    const Key = Object.fromEntries(keys.map((key) => [key, item[key]]));
    await call("dynamodb", "DeleteItem", { TableName: table, Key: Key as never });
    onDone();
  };
  return (
    <>
      <Field label="Item, with the types of its values" type="area" rows={14} value={text} onInput={setText} />
      <div class="actions">
        <Button primary onPress={save}>
          {isNew ? "Add" : "Save"}
        </Button>
        {!isNew && (
          <Button danger onPress={remove}>
            Delete
          </Button>
        )}
      </div>
    </>
  );
}
