// Tickets as the launcher makes them, by Node's own cryptography.
import { generateKeyPairSync, sign } from 'node:crypto';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A session's key pair. `public` is what the instance's tag holds: the compressed point. */
export class Key {
  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = publicKey.export({ format: 'jwk' });
    const odd = Buffer.from(y, 'base64url').at(-1) & 1;
    this.private = privateKey;
    this.public = Buffer.concat([Buffer.from([2 + odd]), Buffer.from(x, 'base64url')]).toString('base64url');
  }

  /** An owner's ticket, or a guest's if `role` is one. */
  ticket({ instance, epoch, id, role = 'owner', uses = 1, seconds = 60 }) {
    const now = Math.floor(Date.now() / 1000);
    const text = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode({ aud: [instance], epoch, exp: now + seconds, iat: now, jti: id, role, uses })}`;
    return `${text}.${sign('sha256', Buffer.from(text), { key: this.private, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }
}
