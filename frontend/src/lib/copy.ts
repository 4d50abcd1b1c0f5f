import { page } from './api';
import { toast } from './toast.svelte';
import { words } from './words';

/** Copies a text and says so. */
export async function copy(text: string, done: string = words.copied): Promise<void> {
  const took = await page.copy(text).catch(() => false);
  toast.say(took ? done : words.log.copyFailed);
}
