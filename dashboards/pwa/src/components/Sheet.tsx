import { type ReactNode, useId } from "react";
import { Icon } from "./Icon";

interface SheetProps {
  title: string;
  open: boolean;
  onToggle(): void;
  children: ReactNode;
}

/** What stands beside the model at a desk, folded below it on a phone. */
export function Sheet({ title, open, onToggle, children }: SheetProps) {
  const id = useId();
  return (
    <aside className={open ? "card sheet open" : "card sheet"} aria-label="Details">
      <button className="sheet-handle" aria-expanded={open} aria-controls={id} onClick={onToggle}>
        <span>{title}</span>
        <Icon name="up" />
      </button>
      <div id={id} className="sheet-body" hidden={!open}>
        {children}
      </div>
    </aside>
  );
}
