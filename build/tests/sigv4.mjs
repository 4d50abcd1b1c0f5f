// Signs a request of the operator's to the embedded cloud (AWS Signature Version 4).
import { createHash, createHmac } from 'node:crypto';

const hash = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

/** What fetch wants for a call of an administrator. */
export function SignatureV4({ endpoint, outputs }, target, body, service = 'cognito-idp') {
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers = { 'content-type': 'application/x-amz-json-1.1', host: new URL(endpoint).host, 'x-amz-date': date, 'x-amz-target': target };
  const names = Object.keys(headers).join(';');
  const request = ['POST', '/', '', ...Object.entries(headers).map(([k, v]) => `${k}:${v}`), '', names, hash(body)].join('\n');
  const scope = [date.slice(0, 8), outputs.region, service, 'aws4_request'];
  const key = scope.reduce((k, part) => hmac(k, part), `AWS4${outputs.operatorSecretAccessKey}`);
  const signature = createHmac('sha256', key).update(['AWS4-HMAC-SHA256', date, scope.join('/'), hash(request)].join('\n')).digest('hex');
  const { host, ...sent } = headers;
  return { method: 'POST', body, headers: { ...sent, authorization: `AWS4-HMAC-SHA256 Credential=${outputs.operatorAccessKeyId}/${scope.join('/')}, SignedHeaders=${names}, Signature=${signature}` } };
}
