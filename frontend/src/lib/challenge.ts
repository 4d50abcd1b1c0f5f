import type { Challenge } from './types';
import { words } from './words';

/** How a challenge of Cognito is asked on the page. */
export interface Asked {
  title: string;
  lead: string;
  kind: 'password' | 'code' | 'answer' | 'choice' | 'browser';
  /** What the field is called, where the kind does not say. */
  field?: string;
}

/** Words a challenge by its ChallengeName; one that is not known is still asked for, by name. */
export function asked(c: Challenge): Asked {
  const w = words.challenge;
  switch (c.name) {
    case 'NEW_PASSWORD_REQUIRED':
      return { title: w.newPassword.title, lead: w.newPassword.lead, kind: 'password' };
    case 'SOFTWARE_TOKEN_MFA':
      return { ...w.totp, kind: 'code' };
    case 'SMS_MFA':
    case 'SMS_OTP':
      return { title: w.sms.title, lead: w.sms.lead(c.destination), kind: 'code' };
    case 'EMAIL_OTP':
      return { title: w.email.title, lead: w.email.lead(c.destination), kind: 'code' };
    case 'SELECT_MFA_TYPE':
      return { title: w.choose.title, lead: w.choose.lead, kind: 'choice' };
    case 'MFA_SETUP':
      return { title: w.setup.title, lead: w.setup.lead, kind: 'code' };
    case 'CONFIRM_ACCOUNT':
      return { title: w.confirm.title, lead: w.confirm.lead(c.destination), kind: 'code' };
    case 'RESET_CODE':
      return { title: w.reset.title, lead: w.reset.lead(c.destination), kind: 'code' };
    case 'RESET_PASSWORD':
      return { title: w.reset.choose, lead: w.reset.chooseLead, kind: 'password' };
    case 'REMEMBER_DEVICE':
      return { title: w.remember.title, lead: w.remember.lead, kind: 'choice' };
    case 'CHOOSE_SETUP':
      return { title: w.chooseSetup.title, lead: w.chooseSetup.lead, kind: 'choice' };
    case 'EMAIL_SETUP':
      return { title: w.emailSetup.title, lead: w.emailSetup.lead, kind: 'answer', field: attribute('email') };
    case 'ATTRIBUTE':
      return { title: w.attribute.title, lead: w.attribute.lead, kind: 'answer', field: attribute(c.attribute) };
    case 'BROWSER':
      return { title: w.browser.title, lead: w.browser.lead, kind: 'browser' };
    default:
      return { title: w.other.title, lead: w.other.lead(c.name), kind: 'answer' };
  }
}

// No regular expression looks at a code: RegExp.input would keep it until the next match.

/** A code without the blanks and dashes of one that was pasted, or read aloud in groups. */
export function bare(code: string): string {
  return [...code].filter((c) => c.trim() !== '' && c !== '-').join('');
}

/** What is wrong with an answer, "" where nothing is. Cognito has the last word; this only spares a round trip. */
export function fault(kind: Asked['kind'], answer: string): string {
  const w = words.challenge;
  switch (kind) {
    case 'password':
      return answer.length < 8 ? w.newPassword.short : '';
    case 'code':
      if (answer === '') return w.needCode;
      return answer.length >= 6 && answer.length <= 8 && [...answer].every((c) => c >= '0' && c <= '9') ? '' : w.badCode;
    case 'browser':
      return '';
    case 'answer':
    case 'choice':
      return answer === '' ? w.needAnswer : '';
  }
}

/** What may be chosen: the answer and its words. */
export function options(c: Challenge): { answer: string; label: string }[] {
  const w = words.challenge.remember;
  if (c.name === 'REMEMBER_DEVICE') return [{ answer: 'yes', label: w.yes }, { answer: 'no', label: w.no }];
  return c.choices.map((answer) => ({ answer, label: factor(answer) }));
}

/** An attribute's name for people; one that is not known keeps the pool's. */
export function attribute(name: string): string {
  const known: Record<string, string> = words.challenge.attribute.names;
  return known[name] ?? name.replace(/^custom:/, '').replaceAll('_', ' ');
}

/** A factor's name for people; one that is not known keeps Cognito's. */
export function factor(name: string): string {
  const known: Record<string, string> = words.challenge.choose.factors;
  return known[name] ?? name;
}
