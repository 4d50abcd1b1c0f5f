import { SvelteSet } from 'svelte/reactivity';
import type { Notice } from './types';

const away = new SvelteSet<string>();
const textOf = (n: Notice): string => `${n.key}\n${n.problem.what}\n${n.problem.why}`;

/** Puts a notice away. It comes back when it says something else. */
export const putAway = (n: Notice): void => void away.add(textOf(n));

/** Those above the page: the ones not put away, without being offline, which has a place of its own. */
export const shown = (all: readonly Notice[]): Notice[] => all.filter((n) => n.problem.kind !== 'unreachable' && !away.has(textOf(n)));
