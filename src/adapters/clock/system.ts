import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

/** The present, from this machine's clock. */
export function systemNow(): Date {
  return new Date();
}

/** A UUIDv7 (RFC 9562 5.7) for an instant: ids of later instants sort after those of earlier ones. */
export function newIdAt(at: Date): string {
  return v7({ msecs: at.getTime() });
}

/** A UUIDv7 for the present. */
export function newId(): string {
  return v7();
}

/** Random bytes fit for salts and keys. */
export function secureBytes(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
