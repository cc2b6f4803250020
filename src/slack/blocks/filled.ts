/** Inputs of a form, each with what was filled in so far. Pure. */
import type { InputBlock } from '@slack/types';
import { type FormValues, one } from '#src/delivery/forms/form-values.ts';
import { choice, dateInput, textInput, userInput } from './build.ts';

type Without<T> = Omit<NonNullable<T>, 'initial'>;
type TextOptions = Without<Parameters<typeof textInput>[2]>;
type ChoiceOptions = Without<Parameters<typeof choice>[3]>;
type DayOptions = Without<Parameters<typeof dateInput>[2]>;
type PersonOptions = Without<Parameters<typeof userInput>[2]>;
type Choices = Parameters<typeof choice>[2];

/** The inputs, by field and label. */
export function filledInputs(values: FormValues) {
  const text = (field: string) => ({ initial: one(values, field) ?? '' });
  const exact = (field: string) => ({ initial: one(values, field) });
  return {
    text: (field: string, label: string, options: TextOptions = {}): InputBlock =>
      textInput(field, label, { ...options, ...text(field) }),
    pick: (field: string, label: string, among: Choices, options: ChoiceOptions = {}): InputBlock =>
      choice(field, label, among, { ...options, ...text(field) }),
    day: (field: string, label: string, options: DayOptions = {}): InputBlock =>
      dateInput(field, label, { ...options, ...exact(field) }),
    person: (field: string, label: string, options: PersonOptions = {}): InputBlock =>
      userInput(field, label, { ...options, ...exact(field) }),
  };
}
