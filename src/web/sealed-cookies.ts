/** Cookies that only this server can have made: a browser holds them, reads nothing in them and changes nothing. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export type SealedCookies = {
  /** The `Set-Cookie` line that gives a browser a value for so many milliseconds. */
  give(name: string, value: object, ms: number): string;
  /** The `Set-Cookie` line that takes it back. */
  takeBack(name: string): string;
  /** The value that a request brings, as JSON; null when it brings none, or one that was not made here. */
  read(req: IncomingMessage, name: string): unknown;
};

/** Cookies of the server that people open at `publicUrl`, sealed with HMAC-SHA-256. */
export function createSealedCookies(publicUrl: string, key: Uint8Array): SealedCookies {
  const secure = publicUrl.startsWith('https:');
  // With the prefix a browser takes the cookie from this very host over TLS only.
  const full = (name: string): string => (secure ? `__Host-${name}` : name);
  const line = (name: string, value: string, seconds: number): string =>
    `${full(name)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
  return {
    give: (name, value, ms) => line(name, seal(key, value), ms / 1000),
    takeBack: (name) => line(name, '', 0),
    read: (req, name) => unseal(key, cookieOf(req, full(name))),
  };
}

function mac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function seal(key: Uint8Array, value: object): string {
  const text = Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${text}.${mac(key, text).toString('base64url')}`;
}

function unseal(key: Uint8Array, sealed: string | null): unknown {
  const [text = '', given = ''] = sealed?.split('.') ?? [];
  const [own, theirs] = [mac(key, text), Buffer.from(given, 'base64url')];
  if (own.length !== theirs.length || !timingSafeEqual(own, theirs)) return null;
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
}

function cookieOf(req: IncomingMessage, name: string): string | null {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const [key = '', value = ''] = part.trim().split('=');
    if (key === name) return value;
  }
  return null;
}
