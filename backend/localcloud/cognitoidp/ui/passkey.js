// Makes or uses a passkey for the form that has data-passkey: "get" or "create". Its options are in data-options as
// JSON; what the authenticator answers goes into the field named answer.
const form = document.querySelector('form[data-passkey]');
const answer = form.elements.namedItem('answer');
const trouble = document.getElementById('trouble');

const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const named = (list) => (list ?? []).map((c) => ({ ...c, id: bytes(c.id) }));

async function ask() {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (form.dataset.passkey === 'get') {
    options.allowCredentials = named(options.allowCredentials);
    return navigator.credentials.get({ publicKey: options });
  }
  options.user.id = bytes(options.user.id);
  options.excludeCredentials = named(options.excludeCredentials);
  return navigator.credentials.create({ publicKey: options });
}

function shown(credential) {
  const r = credential.response;
  const response = { clientDataJSON: text(r.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle'])
    if (r[name] && typeof r[name] !== 'function') response[name] = text(r[name]);
  if (r.getTransports) response.transports = r.getTransports();
  return {
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

const whys = {
  InvalidStateError: 'This device already has a passkey for this account.',
  SecurityError: 'Passkeys do not work at this address.',
  NotAllowedError: 'The passkey was not used. Please try again.',
};

form.addEventListener('submit', async (e) => {
  if (answer.value) return;
  e.preventDefault();
  trouble.hidden = true;
  try {
    answer.value = JSON.stringify(shown(await ask()));
    form.submit();
  } catch (error) {
    trouble.textContent = whys[error?.name] ?? 'This browser could not use a passkey here.';
    trouble.hidden = false;
  }
});
