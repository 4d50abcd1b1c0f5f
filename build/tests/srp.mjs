// amazon-cognito-identity-js, an independent reading of Cognito's SRP, signs in to the embedded cloud: users and devices.
import { createRequire } from 'node:module';
import { claim } from './launcher.mjs';
import { SignatureV4 } from './sigv4.mjs';

const require = createRequire(new URL('../../frontend/package.json', import.meta.url));
const { AuthenticationDetails, CognitoRefreshToken, CognitoUser, CognitoUserPool } = require('amazon-cognito-identity-js');

/** Keeps what the client would keep in a page's storage. */
function storage() {
  const kept = new Map();
  return { setItem: (k, v) => kept.set(k, v), getItem: (k) => kept.get(k) ?? null, removeItem: (k) => kept.delete(k), clear: () => kept.clear() };
}

/** Signs in; `answers` are for the challenges that come. */
function signIn(world, Username, Password, Storage = storage()) {
  const { userPoolId: UserPoolId, clientId: ClientId } = world.outputs;
  const Pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint: world.endpoint, Storage });
  const user = new CognitoUser({ Username, Pool, Storage });
  return new Promise((resolve, reject) => user.authenticateUser(new AuthenticationDetails({ Username, Password }), {
    onSuccess: (session, askToRemember) => resolve({ user, session, askToRemember }), onFailure: reject,
    newPasswordRequired: () => reject(new Error('new password')), mfaRequired: () => reject(new Error('mfa')),
  }));
}

const refusal = (attempt) => attempt.then(() => '', (reason) => reason.name ?? String(reason));

/** An administrator's call, by the operator's key, through the AWS CLI's own signature. */
async function admin(world, operation, body) {
  const signed = SignatureV4(world, `AWSCognitoIdentityProviderService.${operation}`, JSON.stringify(body));
  const answer = await fetch(world.endpoint, signed);
  claim(`${operation} is done`, answer.ok, await answer.text());
}

export async function judgeSRP(world) {
  const { user, session } = await signIn(world, 'demo', world.password('demo'));
  const claims = session.getIdToken().decodePayload();
  claim('amazon-cognito-identity-js proves demo’s password', claims['cognito:username'] === 'demo' && claims.token_use === 'id');
  claim('it is refused a wrong one', (await refusal(signIn(world, 'demo', 'not the password'))) === 'NotAuthorizedException');
  claim('and somebody who does not exist', (await refusal(signIn(world, 'nobody', 'whatever'))) === 'NotAuthorizedException');
  const again = await new Promise((resolve, reject) => {
    user.refreshSession(new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() }), (err, s) => (err ? reject(err) : resolve(s)));
  });
  claim('its refresh keeps the user', again.getIdToken().decodePayload().sub === claims.sub);

  await admin(world, 'UpdateUserPool', { UserPoolId: world.outputs.userPoolId, AutoVerifiedAttributes: ['email'], DeviceConfiguration: { ChallengeRequiredOnNewDevice: true, DeviceOnlyRememberedOnUserPrompt: false } });
  const kept = storage();
  await signIn(world, 'alice', world.password('alice'), kept);
  const before = (await counts(world))['cognito-idp:RespondToAuthChallenge'];
  await signIn(world, 'alice', world.password('alice'), kept);
  const took = (await counts(world))['cognito-idp:RespondToAuthChallenge'] - before;
  claim('its remembered device proves itself by SRP too', took === 3, `${took} answers`);
  await admin(world, 'UpdateUserPool', { UserPoolId: world.outputs.userPoolId, AutoVerifiedAttributes: ['email'] });
}

async function counts(world) {
  const answer = await fetch(`${world.endpoint}/_admin/counts`, { headers: { Authorization: `Bearer ${world.outputs.operatorSecretAccessKey}` } });
  return answer.json();
}
