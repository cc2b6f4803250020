import {
  type CSSProperties,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { createPortal } from 'react-dom';

const GAP = 4;
/** Before it is placed: unseen, but able to take the focus, which a hidden element is not. */
const UNPLACED: CSSProperties = { opacity: 0, top: 0, left: 0 };

const placeBeside = (anchor: HTMLElement, popup: HTMLElement, align: 'start' | 'end'): CSSProperties => {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = box.bottom + GAP + height <= window.innerHeight || box.top < height;
  const left = align === 'end' ? box.right - width : box.left;
  return {
    top: below ? Math.min(box.bottom + GAP, window.innerHeight - height - GAP) : box.top - GAP - height,
    left: Math.max(GAP, Math.min(left, window.innerWidth - width - GAP)),
    minWidth: align === 'start' ? box.width : undefined,
  };
};

/**
 * A layer beside its anchor, on top of everything, even a modal. Closes on Escape (which goes no further), on a click
 * outside and when focus leaves it.
 */
export const Popup = (props: {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly align?: 'start' | 'end';
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode => {
  const { anchor, align = 'start', onClose } = props;
  const popup = useRef<HTMLDivElement>(null);
  const [style, setStyle] = useState<CSSProperties>(UNPLACED);
  useLayoutEffect(() => {
    const place = (): void => {
      if (anchor.current && popup.current) setStyle(placeBeside(anchor.current, popup.current, align));
    };
    place();
    window.addEventListener('resize', place);
    document.addEventListener('scroll', place, true);
    return () => {
      window.removeEventListener('resize', place);
      document.removeEventListener('scroll', place, true);
    };
  }, [anchor, align]);
  useEffect(() => {
    const outside = (event: MouseEvent): void => {
      const target = event.target as Node;
      if (!popup.current?.contains(target) && !anchor.current?.contains(target)) onClose();
    };
    const closeOnEscape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      onClose();
      anchor.current?.focus();
    };
    document.addEventListener('mousedown', outside);
    document.addEventListener('keydown', closeOnEscape, true);
    return () => {
      document.removeEventListener('mousedown', outside);
      document.removeEventListener('keydown', closeOnEscape, true);
    };
  }, [anchor, onClose]);
  return createPortal(
    <div ref={popup} className={`popup ${props.className ?? ''}`} style={style} data-popup="">
      {props.children}
    </div>,
    document.body,
  );
};
