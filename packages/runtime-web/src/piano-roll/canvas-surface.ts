// A canvas that is as sharp as the screen, whatever its size.

export class CanvasSurface {
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #observer: ResizeObserver;

  /** @param onResize called when the size has changed, and once at first */
  constructor(canvas: HTMLCanvasElement, onResize: () => void) {
    this.canvas = canvas;
    this.#context = canvas.getContext('2d')!;
    this.#observer = new ResizeObserver(onResize);
    this.#observer.observe(canvas);
  }

  /** Size in CSS pixels. */
  get width(): number {
    return this.canvas.clientWidth;
  }

  get height(): number {
    return this.canvas.clientHeight;
  }

  /** Clears the canvas, and fits its pixels to the screen's. @returns the context, in CSS pixels */
  begin(): CanvasRenderingContext2D {
    const ratio = globalThis.devicePixelRatio || 1;
    const width = Math.round(this.width * ratio);
    const height = Math.round(this.height * ratio);
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#context.clearRect(0, 0, this.width, this.height);
    return this.#context;
  }

  dispose(): void {
    this.#observer.disconnect();
  }
}
