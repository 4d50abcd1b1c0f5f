/** A short word after something was done, gone by itself. */
class Toast {
  text = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.text = ''), 4000);
  }
}

export const toast = new Toast();
