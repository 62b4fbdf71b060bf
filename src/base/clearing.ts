/** What `utils.clearSession()` resets: each module that keeps something for the whole process says how to forget it. */
const tasks: (() => void)[] = [];

/** Has `task` done at each `clearSession`. */
export function whenCleared(task: () => void): void {
  tasks.push(task);
}

/** Forgets what is kept for the whole process. */
export function clearAll(): void {
  for (const task of tasks) task();
}
