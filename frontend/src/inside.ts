// The pages behind the sign-in, which the first frame does without.
export { default as About } from './about/About.svelte';
export { default as Fleet } from './fleet/Fleet.svelte';
export { default as History } from './history/History.svelte';
export { default as Home } from './home/Home.svelte';
export { default as Log } from './log/Log.svelte';
export { default as Settings } from './settings/Settings.svelte';
