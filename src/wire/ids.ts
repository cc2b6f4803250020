/** Ids and randomness for the rooms, which take them as functions. */
import { createHash, randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** A fresh UUIDv7 whose time is the given instant. */
export function newId(at: Date): string {
  return v7({ msecs: at.getTime() });
}

/** A UUIDv7 that follows from a name: the same payload gives the same id, also after a crash. */
export function idFor(name: string, at: Date): string {
  return v7({ msecs: at.getTime(), seq: 0, random: createHash('sha256').update(name).digest().subarray(0, 16) });
}

/** Random bytes from the operating system. */
export function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

/** A random word of 32 hex digits: hides a document behind its hash. */
export function newNonce(): string {
  return randomBytes(16).toString('hex');
}
