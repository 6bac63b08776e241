import type { ReactNode } from "react";
import { useDialog } from "../hooks/useDialog";
import { Icon } from "./Icon";

interface DrawerProps {
  title: string;
  open: boolean;
  onClose(): void;
  children: ReactNode;
}

/** A panel over the page, closed by Escape, by its button, or by a tap beside it. */
export function Drawer({ title, open, onClose, children }: DrawerProps) {
  const { dialog, onClick } = useDialog(open, onClose);
  return (
    <dialog className="drawer" ref={dialog} onClose={onClose} onClick={onClick} aria-label={title}>
      <div className="drawer-body">
        <div className="row">
          <h2>{title}</h2>
          <button className="quiet" aria-label={`Close ${title}`} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
