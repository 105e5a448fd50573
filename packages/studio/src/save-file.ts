// Handing a file over to the browser.

const KEPT_MILLISECONDS = 60_000;

/** Saves a file as a click on a link would. */
export function saveFile(content: string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MILLISECONDS); // the browser has begun by then
}
