/**
 * ZIP archives (APPNOTE 6.3, without encryption, ZIP64 or several disks), written in one pass and read strictly. Nothing
 * is ever unpacked to a disk. The archive's comment holds the SHA-256 of all bytes before the digest, so that damage
 * anywhere is found; an archive packed anew by another tool has no comment and stands on its contents alone.
 */

/** Compression and CRC-32, from zlib or from a browser. */
export interface ZipCodec {
  /** CRC-32 of `bytes`, continued from `seed`. Only for writing. */
  crc32(bytes: Uint8Array, seed: number): number;
  deflateRaw(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** MUST fail with `archive_invalid` on damaged data. */
  inflateRaw(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

export const LOCAL = 0x04034b50;
export const CENTRAL = 0x02014b50;
export const END = 0x06054b50;
/** UTF-8 names; sizes and CRC follow the data. */
export const FLAGS = 0x0808;
export const DEFLATED = 8;
export const COMMENT_PREFIX = 'sha256:';
export const COMMENT_BYTES = COMMENT_PREFIX.length + 64;
