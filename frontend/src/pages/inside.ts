// The pages behind the sign-in, which the first frame does without.
export { default as About } from './About.svelte';
export { default as Fleet } from './Fleet.svelte';
export { default as History } from './History.svelte';
export { default as Home } from './Home.svelte';
export { default as Log } from './Log.svelte';
export { default as Settings } from './Settings.svelte';
