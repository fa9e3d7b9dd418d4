/** Buckets: their objects, folder by folder, with their content; to upload and delete. */
import { useState } from "preact/hooks";
import { all, call } from "../lib/api.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { bytesText, dayAndTime, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Button, Empty, Failure, Field, Waiting } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";
import { ObjectDetail } from "./buckets/object.tsx";
import { UploadForm } from "./buckets/upload.tsx";

export default definePage({ path: "buckets", title: "Buckets", group: "Resources", view: Buckets });

interface Entry {
  /** Key of an object, prefix of a folder. */
  key: string;
  isFolder: boolean;
  size?: number;
  modified?: Date;
}

function Buckets({ rest: [chosen], query }: PageProps) {
  const names = useData(
    async (signal) => (await call("s3", "ListBuckets", {}, signal)).Buckets?.map(({ Name = "" }) => Name) ?? [],
    [],
    {
      every: 10_000,
    },
  );
  const bucket = query.get("bucket") ?? names.value?.[0];
  if (!names.value) return names.error ? <Failure error={names.error} /> : <Waiting />;
  if (bucket === undefined) return <Empty>There is no bucket.</Empty>;
  return (
    <BucketView
      key={bucket}
      name={bucket}
      names={names.value}
      prefix={query.get("prefix") ?? ""}
      {...(chosen !== undefined && { chosen })}
    />
  );
}

function BucketView({
  name,
  names,
  prefix,
  chosen,
}: {
  name: string;
  names: string[];
  prefix: string;
  chosen?: string;
}) {
  const [search, setSearch] = useState("");
  const { value, error, reload } = useData((signal) => readEntries(name, prefix, signal), [name, prefix], {
    every: 4_000,
  });
  const shown = (value ?? []).filter(({ key }) => key.toLowerCase().includes(search.toLowerCase()));
  const state = { bucket: name, prefix };
  const close = () => {
    reload();
    go(["buckets"], state);
  };
  const isNew = chosen === " new";
  return (
    <Split
      back={hrefOf(["buckets"], state)}
      title={isNew ? `Upload to ${name}` : chosen}
      detail={
        isNew ? (
          <UploadForm bucket={name} prefix={prefix} onDone={close} />
        ) : (
          chosen && <ObjectDetail key={chosen} bucket={name} objectKey={chosen} onDeleted={close} />
        )
      }
      list={
        <>
          <div class="bar">
            <Field
              label="Bucket"
              value={name}
              onInput={(bucket) => go(["buckets"], { bucket })}
              choices={Object.fromEntries(names.map((one) => [one, one]))}
            />
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="part of a key" />
            <Button onPress={() => go(["buckets", " new"], state)}>Upload …</Button>
            <span class="count" role="status">
              {plural(shown.filter(({ isFolder }) => !isFolder).length, "object")}
            </span>
          </div>
          <Folders bucket={name} prefix={prefix} />
          {error && <Failure error={error} />}
          <List
            label={`Objects of ${name}`}
            items={shown}
            id={({ key }) => key}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ key, isFolder }) =>
              isFolder ? go(["buckets"], { bucket: name, prefix: key }) : go(["buckets", key], state)
            }
            empty={value ? "There is nothing." : "Reading …"}
            columns={[
              {
                title: "Key",
                width: "1fr",
                cell: ({ key, isFolder }) => `${isFolder ? "▸ " : ""}${key.slice(prefix.length)}`,
              },
              { title: "Size", width: "5.5em", cell: ({ size }) => <span class="number">{bytesText(size)}</span> },
              {
                title: "Changed",
                width: "10em",
                cell: ({ modified }) => <span class="number">{dayAndTime(modified)}</span>,
                wide: true,
              },
            ]}
          />
        </>
      }
    />
  );
}

/** The way to where one is. */
function Folders({ bucket, prefix }: { bucket: string; prefix: string }) {
  const parts = prefix.split("/").filter(Boolean);
  if (parts.length === 0) return null;
  return (
    <nav class="folders" aria-label="Folders">
      <a href={hrefOf(["buckets"], { bucket })}>{bucket}</a>
      {parts.map((part, index) => (
        <span key={parts.slice(0, index + 1).join("/")}>
          {" / "}
          <a href={hrefOf(["buckets"], { bucket, prefix: `${parts.slice(0, index + 1).join("/")}/` })}>{part}</a>
        </span>
      ))}
    </nav>
  );
}

async function readEntries(Bucket: string, Prefix: string, signal: AbortSignal): Promise<Entry[]> {
  return all(
    (ContinuationToken) =>
      call(
        "s3",
        "ListObjectsV2",
        { Bucket, Prefix, Delimiter: "/", ...(ContinuationToken && { ContinuationToken }) },
        signal,
      ),
    ({ CommonPrefixes = [], Contents = [] }): Entry[] => [
      ...CommonPrefixes.map((one) => ({ key: one.Prefix ?? "", isFolder: true })),
      ...Contents.map(({ Key = "", Size, LastModified }) => ({
        key: Key,
        isFolder: false,
        ...(Size !== undefined && { size: Size }),
        ...(LastModified && { modified: new Date(LastModified) }),
      })),
    ],
    ({ NextContinuationToken }) => NextContinuationToken,
  );
}
