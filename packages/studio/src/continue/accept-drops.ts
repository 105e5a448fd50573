// Files dropped anywhere on the page; what elements would do with them themselves comes second.

/** @param veil shown while a file is over the page */
export function acceptDrops(page: Document, veil: HTMLElement, open: (file: File) => void): void {
  const hasFiles = (event: DragEvent): boolean =>
    event.dataTransfer?.types.includes('Files') ?? false;
  page.addEventListener(
    'dragover',
    (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer!.dropEffect = 'copy';
      veil.hidden = false;
    },
    { capture: true },
  );
  page.addEventListener(
    'dragleave',
    (event) => {
      if (event.relatedTarget === null) veil.hidden = true;
    },
    { capture: true },
  );
  page.addEventListener(
    'drop',
    (event) => {
      veil.hidden = true;
      const file = event.dataTransfer?.files[0];
      if (!file) return;
      event.preventDefault();
      event.stopPropagation();
      open(file);
    },
    { capture: true },
  );
}
