import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type JournalEntry, SandboxError } from './model.ts';

/** An append-only file of JSON lines, synced to disk once a batch. */
export type Journal = {
  /** Queues entries; resolves when they are on disk. Entries of one call are never torn apart by another's. */
  append(entries: readonly JournalEntry[]): Promise<void>;
  /** Lines written since the last compaction. */
  lines(): number;
  /** Replaces the file by these entries, atomically; entries appended meanwhile follow them. */
  compact(snapshot: () => readonly JournalEntry[]): Promise<void>;
  close(): Promise<void>;
};

const NEWLINE = 10;
/** Larger than any single state of the workspace within its bounds; protects the reader, not the writer. */
const FILE_BYTES_MAX = 1_500_000_000;

/** Parses the journal's bytes; a last line without its newline is torn and left out. */
const parseLines = (bytes: Buffer, file: string): { entries: JournalEntry[]; goodBytes: number } => {
  const goodBytes = bytes.lastIndexOf(NEWLINE) + 1;
  const entries: JournalEntry[] = [];
  let start = 0;
  let line = 0;
  while (start < goodBytes) {
    const end = bytes.indexOf(NEWLINE, start);
    line += 1;
    try {
      entries.push(JSON.parse(bytes.toString('utf8', start, end)) as JournalEntry);
    } catch {
      throw new SandboxError(
        'journal_corrupt',
        `${file} line ${line} is not JSON: restore the file, or remove it to start with an empty sandbox`,
      );
    }
    start = end + 1;
  }
  return { entries, goodBytes };
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

type Waiting = {
  readonly text: string;
  readonly lines: number;
  readonly done: () => void;
  readonly fail: (e: Error) => void;
};

class FileJournal implements Journal {
  private readonly file: string;
  private goodBytes: number;
  private handle: FileHandle | null = null;
  private waiting: Waiting[] = [];
  private running: Promise<void> | null = null;
  private closed = false;
  private count: number;

  /** `goodBytes`: where the last whole line ends; what follows is cut off before the first append. */
  constructor(file: string, count: number, goodBytes: number) {
    this.file = file;
    this.count = count;
    this.goodBytes = goodBytes;
  }

  lines(): number {
    return this.count;
  }

  append(entries: readonly JournalEntry[]): Promise<void> {
    if (this.closed) return Promise.reject(new SandboxError('closed', 'the sandbox is closed'));
    if (entries.length === 0) return Promise.resolve();
    const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    return new Promise((done, fail) => {
      this.waiting.push({ text, lines: entries.length, done, fail });
      this.pump();
    });
  }

  private pump(): void {
    if (this.running) return;
    this.running = this.drain().finally(() => {
      this.running = null;
      if (this.waiting.length > 0) this.pump();
    });
  }

  private async drain(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    if (batch.length === 0) return;
    try {
      const handle = await this.opened();
      const bytes = Buffer.from(batch.map((item) => item.text).join(''));
      await handle.appendFile(bytes);
      await handle.datasync();
      this.goodBytes += bytes.length;
      this.count += batch.reduce((sum, item) => sum + item.lines, 0);
      for (const item of batch) item.done();
    } catch (cause) {
      const error = new SandboxError('journal_unwritable', `cannot write ${this.file}: ${(cause as Error).message}`);
      await this.discardHandle();
      for (const item of batch) item.fail(error);
    }
  }

  private async opened(): Promise<FileHandle> {
    if (this.handle) return this.handle;
    const handle = await open(this.file, 'a', 0o600);
    await handle.truncate(this.goodBytes);
    this.handle = handle;
    return handle;
  }

  /** After a failed write: the next append reopens the file and cuts off what was half written. */
  private async discardHandle(): Promise<void> {
    const handle = this.handle;
    this.handle = null;
    await handle?.close().catch(() => undefined);
  }

  async compact(snapshot: () => readonly JournalEntry[]): Promise<void> {
    while (this.running) await this.running;
    const work = this.rewrite(snapshot);
    this.running = work.finally(() => {
      this.running = null;
      if (this.waiting.length > 0) this.pump();
    });
    await work;
  }

  private async rewrite(snapshot: () => readonly JournalEntry[]): Promise<void> {
    // Whatever waits is in the snapshot already, but writing it twice is harmless: every entry is an upsert.
    const entries = snapshot();
    const temporary = `${this.file}.new`;
    const target = await open(temporary, 'w', 0o600);
    let bytes = 0;
    try {
      for (let i = 0; i < entries.length; i += 500) {
        const lines = entries.slice(i, i + 500).map((entry) => `${JSON.stringify(entry)}\n`);
        const chunk = Buffer.from(lines.join(''));
        await target.appendFile(chunk);
        bytes += chunk.length;
      }
      await target.sync();
    } finally {
      await target.close();
    }
    await this.discardHandle();
    await rename(temporary, this.file);
    await syncFolder(dirname(this.file));
    this.goodBytes = bytes;
    this.count = entries.length;
  }

  async close(): Promise<void> {
    this.closed = true;
    while (this.running) await this.running;
    await this.discardHandle();
  }
}

/**
 * Opens (or makes) `folder/journal.jsonl` and reads what it holds. A torn last line, left by a crash in the middle of a
 * write, is cut off before the first append; an unreadable line elsewhere throws `journal_corrupt` with its number.
 */
export const openJournal = (
  folder: string,
): { readonly journal: Journal; readonly entries: readonly JournalEntry[] } => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'journal.jsonl');
  if (!existsSync(file)) return { journal: new FileJournal(file, 0, 0), entries: [] };
  const bytes = readFileSync(file);
  if (bytes.length > FILE_BYTES_MAX) throw new SandboxError('journal_corrupt', `${file} is larger than 1.5 GB`);
  const { entries, goodBytes } = parseLines(bytes, file);
  return { journal: new FileJournal(file, entries.length, goodBytes), entries };
};
