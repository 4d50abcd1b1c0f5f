/**
 * What the window loads first: the colours and the styles of the header that index.html brings. The rest is read once
 * that header has been painted, for a window that shows something at once is waited for more gladly.
 */
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import { begin } from './lib/theme';

begin();

/** Calls back once after the next frame; at once where there is none, as in a window that starts hidden. */
function painted(then: () => void): void {
  if (document.hidden) return then();
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    then();
  };
  // A frame's callbacks run before its paint, what they post runs after it.
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, 250); // the window was hidden meanwhile
}

painted(() => void import('./main'));
