import { tick } from 'svelte';

/** The pages behind the sign-in. */
export type Route = 'home' | 'log' | 'history' | 'fleet' | 'settings' | 'about';

/** Where the page stands. There are no addresses: the window has no bar to type them in. */
class Router {
  at = $state<Route>('home');

  /** Every page begins at its top, whatever was scrolled before. */
  go(to: Route): void {
    if (to !== this.at) document.getElementById('main')?.scrollTo(0, 0);
    this.at = to;
  }

  /** Follows a shortcut that leads somewhere. */
  press(pressed: Route | 'filter'): void {
    if (pressed !== 'filter') {
      this.go(pressed);
      return;
    }
    this.go('log');
    void tick().then(() => document.getElementById('log-text')?.focus());
  }
}

export const route = new Router();
