import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { GetObjectTaggingCommand, PutObjectTaggingCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import type { copyFile } from "../../../handlers/archiver/copy.ts";
import type { Granule } from "../../../handlers/archiver/granule.ts";
import type { Archive } from "./support.ts";

interface Parts {
  archive: Archive;
  gather(event: { key: string }): Promise<Granule>;
  copyFile: typeof copyFile;
}

/** Copies of files that are too large for one request. */
export function partsSuite(parts: () => Parts): void {
  describe("copies in parts", () => {
    it("are made of what is above the limit, with its metadata and the checksum of the whole", async () => {
      const part = 5 * 1024 ** 2;
      const body = randomBytes(2 * part + 1_234);
      await parts().archive.put("large", body, { ContentType: "image/tiff", Metadata: { mission: "b" } });
      const { file } = await parts().gather({ key: "large" });
      await parts().copyFile(file!, { bucket: "test-archive", storageClass: "DEEP_ARCHIVE" }, { whole: part, part });
      const head = await parts().archive.head("test-archive", "large");
      assert.deepEqual(
        [head?.ContentLength, head?.ChecksumCRC64NVME, head?.StorageClass, head?.ContentType, head?.Metadata],
        [body.length, file!.crc64, "DEEP_ARCHIVE", "image/tiff", { mission: "b" }],
      );
      assert.match(head?.ETag ?? "", /-3"$/);
    });

    it("have the tags of the file, whatever these are", async () => {
      const text = (minLength: number, maxLength: number) =>
        fc.string({ unit: fc.constantFrom(...letters), minLength, maxLength });
      const letters = "azAZ09äß漢 +-=._:/@";
      const tagSets = fc.dictionary(text(1, 128), text(0, 256), { maxKeys: 10 });
      await fc.assert(
        fc.asyncProperty(tagSets, async (tags) => {
          await parts().archive.put("tagged", "some text");
          const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
          const Tagging = { TagSet };
          await parts().archive.s3.send(new PutObjectTaggingCommand({ Bucket: "test-drop", Key: "tagged", Tagging }));
          const { file } = await parts().gather({ key: "tagged" });
          const limits = { whole: 0, part: 5 * 1024 ** 2 };
          await parts().copyFile(file!, { bucket: "test-archive", storageClass: "STANDARD" }, limits);
          const copied = new GetObjectTaggingCommand({ Bucket: "test-archive", Key: "tagged" });
          const found = (await parts().archive.s3.send(copied)).TagSet ?? [];
          assert.deepEqual(Object.fromEntries(found.map(({ Key, Value }) => [Key, Value])), { ...tags });
        }),
        { numRuns: 30, examples: [[{}], [{ owner: "a+b c", "mission/no:1": "" }]] },
      );
    });
  });
}
