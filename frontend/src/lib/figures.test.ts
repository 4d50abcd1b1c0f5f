import { expect, test } from 'vitest';
import figures from '../../../app/i18n/testdata/figures.json';
import { duration, money, moneyForm } from './format';

test.each(figures.en.lengths)('$milliseconds ms are as notifications and commands say them', ({ milliseconds, said }) => {
  expect(duration(milliseconds)).toBe(said);
});

test.each(figures.en.money)('$amount $currency is as notifications and commands say it', ({ amount, currency, said }) => {
  expect(money(amount, currency)).toBe(said);
});

test.each(['de', 'es'] as const)('amounts of money in %s', (language) => {
  const written = figures[language].money.map(({ amount, currency }) => new Intl.NumberFormat(language, moneyForm(amount, currency)).format(amount));
  expect(written).toEqual(figures[language].money.map(({ said }) => said));
});
