/** Puts a file, or text, into a bucket. */
import { useState } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { Button, Field } from "../../ui/parts.tsx";

export function UploadForm({ bucket: Bucket, prefix, onDone }: { bucket: string; prefix: string; onDone(): void }) {
  const [key, setKey] = useState(prefix);
  const [text, setText] = useState("");
  const [file, setFile] = useState<File>();
  const choose = (event: Event) => {
    const [chosen] = (event.target as HTMLInputElement).files ?? [];
    setFile(chosen);
    if (chosen) setKey(`${prefix}${chosen.name}`);
  };
  const upload = async () => {
    const Body = file ? new Uint8Array(await file.arrayBuffer()) : new TextEncoder().encode(text);
    const ContentType = file ? file.type || "application/octet-stream" : "text/plain; charset=utf-8";
    await call("s3", "PutObject", { Bucket, Key: key, Body, ContentType });
    onDone();
  };
  return (
    <>
      <Field label="Key" value={key} onInput={setKey} />
      <label class="field">
        <span>File</span>
        <input type="file" onChange={choose} />
      </label>
      {!file && <Field label="Or text" type="area" rows={8} value={text} onInput={setText} />}
      <div class="actions">
        <Button primary onPress={upload} disabled={key === "" || key.endsWith("/")}>
          Upload
        </Button>
      </div>
    </>
  );
}
