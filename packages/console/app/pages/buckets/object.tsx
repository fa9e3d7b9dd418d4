/** An object: its metadata, and its content where that is text. */
import { call } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { bytesText, dayAndTime } from "../../lib/text.ts";
import { Button, Facts, Failure, Json, Waiting } from "../../ui/parts.tsx";

export interface ObjectDetailProps {
  bucket: string;
  objectKey: string;
  onDeleted(): void;
}

/** Bytes that are shown. */
const shownBytes = 100_000;

export function ObjectDetail({ bucket: Bucket, objectKey: Key, onDeleted }: ObjectDetailProps) {
  const { value, error } = useData(
    async (signal) => {
      const [object, tags] = await Promise.all([
        call("s3", "GetObject", { Bucket, Key }, signal),
        call("s3", "GetObjectTagging", { Bucket, Key }, signal),
      ]);
      return { ...object, tags: tags.TagSet ?? [] };
    },
    [Bucket, Key],
  );
  if (!value) return error ? <Failure error={error} /> : <Waiting />;
  const {
    ContentLength,
    ContentType,
    LastModified,
    ETag,
    VersionId,
    ServerSideEncryption,
    Metadata = {},
    tags,
  } = value;
  const content = value.Body as unknown as Uint8Array | undefined;
  const remove = async () => {
    await call("s3", "DeleteObject", { Bucket, Key });
    onDeleted();
  };
  const save = () => {
    const url = URL.createObjectURL(new Blob([content as BlobPart]));
    Object.assign(document.createElement("a"), { href: url, download: Key.split("/").at(-1) }).click();
    URL.revokeObjectURL(url);
  };
  return (
    <>
      <Facts
        of={{
          Size: bytesText(ContentLength),
          Type: ContentType,
          Changed: LastModified && dayAndTime(new Date(LastModified)),
          ETag,
          Version: VersionId,
          Encrypted: ServerSideEncryption,
          Tags: tags.map((tag) => `${tag.Key}=${tag.Value}`).join(", "),
        }}
      />
      <div class="actions">
        {content && content.length === ContentLength && <Button onPress={save}>Save a copy</Button>}
        <Button danger onPress={remove}>
          Delete
        </Button>
      </div>
      {Object.keys(Metadata).length > 0 && <Json label="Metadata" of={Metadata} />}
      {content && <Json label="Content" of={textOf(content)} />}
    </>
  );
}

/** Of what is no text, its first bytes. */
function textOf(content: Uint8Array): string {
  const part = content.subarray(0, shownBytes);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(part, { stream: true });
    return content.length > shownBytes ? `${text}\n… the first ${bytesText(shownBytes)}` : text;
  } catch {
    return [...part.subarray(0, 512)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  }
}
