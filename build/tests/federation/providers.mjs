// Two identity providers of other people's: an OpenID Connect provider (panva's oidc-provider) and a SAML provider (Auth0's
// samlp), each on an address of this computer. What they give out that is secret is noted in `secrets`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express from 'express';
import Provider from 'oidc-provider';
import samlp from 'samlp';

const listen = (app) => new Promise((resolve) => {
  const server = app.listen(0, '127.0.0.1', () => resolve({ server, address: `http://127.0.0.1:${server.address().port}` }));
});

/** Everybody is in the groups that the name says after a dot: anna.staff is anna in the group staff. */
const groupsOf = (name) => ['everybody', ...name.split('.').slice(1)];

/** The OpenID Connect provider, whose own pages ask for any name and any password. */
export async function openid(secret, redirect, secrets) {
  const app = express();
  const { server, address } = await listen(app);
  const provider = new Provider(address, {
    clients: [{ client_id: 'avatar-launcher', client_secret: secret, redirect_uris: [redirect], response_types: ['code'], grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_post' }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
    pkce: { required: () => true },
    cookies: { keys: ['not a secret of anybody'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@acme.example`, email_verified: true, groups: groupsOf(id) }) }),
  });
  provider.use(async (ctx, next) => {
    await next();
    for (const name of ['id_token', 'access_token']) if (ctx.body?.[name]) secrets.add(ctx.body[name]);
  });
  app.use(provider.callback());
  return { address, close: () => { server.closeAllConnections(); server.close(); } };
}

/** The SAML provider. Its page asks for a name. `folder` gets its key. */
export async function saml(folder, acs, secrets) {
  const [key, cert] = ['idp.key', 'idp.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=idp', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const app = express();
  const { server, address } = await listen(app);
  const common = { issuer: `${address}/metadata`, cert: readFileSync(cert), key: readFileSync(key) };
  class Mapper {
    constructor(user) { this.user = user; }
    getClaims() { return { email: `${this.user.name}@acme.example`, groups: groupsOf(this.user.name) }; }
    getNameIdentifier() { return { nameIdentifier: this.user.name }; }
  }
  Mapper.prototype.metadata = [];
  app.get('/metadata', samlp.metadata({ ...common, endpointPath: '/sso', redirectEndpointPath: '/sso', postEndpointPath: '/sso', logoutEndpointPaths: { redirect: '/slo' } }));
  app.get('/sso', (req, res, next) => {
    if (req.query.name) return next();
    const hidden = Object.entries(req.query).map(([name, value]) => `<input type="hidden" name="${name}" value="${encodeURI(value)}">`).join('');
    return res.send(`<form>${hidden}<label>Name <input name="name"></label><button>Go</button></form>`);
  }, samlp.auth({
    ...common, profileMapper: Object.assign((user) => new Mapper(user), { prototype: Mapper.prototype }), sessionIndex: 's1', destination: acs, recipient: acs,
    getUserFromRequest: (req) => ({ name: req.query.name }),
    getPostURL: (audience, request, req, done) => done(null, acs),
    responseHandler: (response, options, req, res) => {
      secrets.add(response.toString('base64'));
      res.send(`<form method="post" action="${acs}"><input type="hidden" name="SAMLResponse" value="${response.toString('base64')}">
        <input type="hidden" name="RelayState" value="${encodeURI(req.query.RelayState)}"></form><script>document.forms[0].submit()</script>`);
    },
  }));
  const left = [];
  app.get('/slo', (req, res) => { left.push(req.query); 
    res.send(`<form method="post" action="${acs.replace('idpresponse', 'logout')}"><input type="hidden" name="SAMLResponse" value="x">
      <input type="hidden" name="RelayState" value="${encodeURI(req.query.RelayState)}"></form><script>document.forms[0].submit()</script>`);
  });
  return { address, metadata: `${address}/metadata`, left, close: () => { server.closeAllConnections(); server.close(); } };
}
