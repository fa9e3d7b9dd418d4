/** What Spark needs in addition to read and write S3. EMR includes it; PySpark from PyPI does not. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

interface Jar {
  /** Path within the repository. */
  path: string;
  sha256: string;
}

/** Versions that Hadoop 3.3.4, which PySpark 3.5 includes, was built with. */
const pinned: Jar[] = [
  {
    path: "org/apache/hadoop/hadoop-aws/3.3.4/hadoop-aws-3.3.4.jar",
    sha256: "53f9ae03c681a30a50aa17524bd9790ab596b28481858e54efd989a826ed3a4a",
  },
  {
    path: "com/amazonaws/aws-java-sdk-bundle/1.12.262/aws-java-sdk-bundle-1.12.262.jar",
    sha256: "873fe7cf495126619997bec21c44de5d992544aea7e632fdc77adb1a0915bae5",
  },
];

const mavenCentral = "https://repo1.maven.org/maven2";

const fetching = new Map<string, Promise<string[]>>();

/**
 * Fetches them once, from Maven Central or the repository that MAVEN_REPOSITORY names; later calls find them in the folder.
 * @throws Error when they cannot be downloaded, or their hashes do not match.
 */
export function sparkJars(folder: string): Promise<string[]> {
  let jars = fetching.get(folder);
  if (!jars) {
    jars = Promise.all(pinned.map((jar) => fetchJar(jar, folder)));
    fetching.set(folder, jars);
    // The next run tries again.
    jars.catch(() => fetching.delete(folder));
  }
  return jars;
}

async function fetchJar({ path, sha256 }: Jar, folder: string): Promise<string> {
  const file = join(folder, basename(path));
  if (existsSync(file)) return file;
  const url = `${process.env.MAVEN_REPOSITORY ?? mavenCentral}/${path}`;
  const partial = `${file}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  try {
    const answer = await fetch(url);
    if (!answer.ok || !answer.body) throw new Error(`HTTP ${answer.status}`);
    await pipeline(Readable.fromWeb(answer.body as never), createWriteStream(partial));
    if ((await sha256Of(partial)) !== sha256) throw new Error("its checksum is not the pinned one");
    await rename(partial, file);
  } catch (error) {
    throw new Error(`${basename(path)}, which Spark needs for S3, cannot be fetched from ${url}: ${reason(error)}`);
  } finally {
    await rm(partial, { force: true });
  }
  return file;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** `fetch failed` says nothing; its cause does. */
const reason = (error: unknown): string => {
  const { message, cause } = error as Error & { cause?: { message?: string; code?: string } };
  return cause?.code ?? cause?.message ?? message;
};
