/** DynamoDB in this process: its tables and streams in one SQLite file, and what is done to them in the background. */
import { Backups } from "./backups/backups.ts";
import type { Names } from "./names.ts";
import { Database } from "./storage/database.ts";
import { Streams } from "./streams/streams.ts";
import { Background } from "./tables/background.ts";
import { Catalog } from "./tables/catalog.ts";

/** Places of the account, and what else the engine asks for. */
export interface Surroundings {
  names: Names;
  region: string;
  /** A KMS key's ARN, by whatever names it. */
  keyArn(keyId: string): Promise<string>;
  /** Whether a table has point-in-time recovery. */
  isRecoverable(table: string): boolean;
  /** An item of that table was written. */
  onWrite(table: string): void;
}

export class Engine {
  readonly db: Database;
  readonly streams: Streams;
  readonly tables: Catalog;
  readonly backups: Backups;
  readonly background: Background;
  readonly around: Surroundings;

  /** @param path of the SQLite file. */
  constructor(path: string, around: Surroundings) {
    this.around = around;
    this.db = new Database(path);
    this.streams = new Streams(this.db);
    this.tables = new Catalog(this.db);
    this.backups = new Backups(this.db);
    this.background = new Background(this);
  }

  async close(): Promise<void> {
    await this.background.stop();
    await this.db.checkpoints.stop();
    this.db.close();
  }
}
