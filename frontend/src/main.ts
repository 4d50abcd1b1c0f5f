import './lib/locale';
import { mount } from 'svelte';
import App from './App.svelte';
import { language } from './lib/words';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
document.documentElement.lang = language;
target.replaceChildren(); // of index.html's first frame

export default mount(App, { target });
